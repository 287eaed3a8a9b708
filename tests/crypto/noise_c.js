// @ts-self-types="./noise_c.d.ts"
import createNoise from "noise-c.wasm";
// As a module of the graph, the WebAssembly needs no permission to be read.
import source wasm from "noise-c.wasm/src/noise-c.wasm";

export const noise = await new Promise((resolve) => {
  createNoise({
    instantiateWasm(imports, receiveInstance) {
      const instance = new WebAssembly.Instance(wasm, imports);
      receiveInstance(instance);
      return instance.exports;
    },
  }, resolve);
});
