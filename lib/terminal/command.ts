import type { LanguageTag } from "./language.ts";

/** What a command can have done. */
export interface Desk {
  say(text: string): void;
  tell(to: string, text: string): void;
  showMembers(): void;
  /** Shows the code to compare with a member or, where they said that it is the same, remembers that. */
  verify(member: string, answer: string | undefined): void;
  trust(member: string): void;
  /** Shows who has our newest message. */
  showReach(): void;
  /** Offers files and folders to a member. */
  offerFiles(to: string, paths: readonly string[]): void;
  /** Accepts what a member offers, into a directory where one is given. */
  acceptFiles(number: number | undefined, directory: string | undefined): void;
  declineFiles(number: number | undefined): void;
  /** Ends a transfer, of either direction. */
  cancelTransfer(number: number | undefined): void;
  showTransfers(): void;
  /** Examines the connection, and shows what it finds. */
  diagnose(): void;
  showHelp(): void;
  leave(): void;
}

/** What follows a command. */
export type Parameter =
  | "member"
  /** Everything up to the end of the line. */
  | "text"
  /** Perhaps a word. */
  | "answer"
  /** Perhaps a transfer's number. */
  | "number"
  /** Perhaps one path, up to the end of the line. */
  | "directory"
  /** One path or more, up to the end of the line. */
  | "paths";

/** What may be missing. */
export const optionalParameters: ReadonlySet<Parameter> = new Set<Parameter>([
  "answer",
  "number",
  "directory",
]);

export interface Command {
  readonly id: string;
  /** What it is called first; every name works in every language. */
  readonly name: Readonly<Record<LanguageTag, string>>;
  readonly aliases: readonly string[];
  readonly parameters: readonly Parameter[];
  /** Takes one argument a parameter, `undefined` for what is missing, and of paths any number. */
  // deno-lint-ignore no-explicit-any -- each row declares its own
  readonly run: (desk: Desk, ...args: any[]) => void;
}

export const commands = [
  {
    id: "udp",
    name: { pt: "udp", en: "udp" },
    aliases: ["global"],
    parameters: ["text"],
    run: (desk, text: string) => desk.say(text),
  },
  {
    id: "tcp",
    name: { pt: "tcp", en: "tcp" },
    aliases: ["privado", "private", "msg"],
    parameters: ["member", "text"],
    run: (desk, member: string, text: string) => desk.tell(member, text),
  },
  {
    id: "members",
    name: { pt: "usuarios", en: "who" },
    aliases: [],
    parameters: [],
    run: (desk) => desk.showMembers(),
  },
  {
    id: "reach",
    name: { pt: "alcance", en: "reach" },
    aliases: [],
    parameters: [],
    run: (desk) => desk.showReach(),
  },
  {
    id: "verify",
    name: { pt: "verificar", en: "verify" },
    aliases: [],
    parameters: ["member", "answer"],
    run: (desk, member: string, answer?: string) => desk.verify(member, answer),
  },
  {
    id: "trust",
    name: { pt: "confiar", en: "trust" },
    aliases: [],
    parameters: ["member"],
    run: (desk, member: string) => desk.trust(member),
  },
  {
    id: "file",
    name: { pt: "arquivo", en: "file" },
    aliases: [],
    parameters: ["member", "paths"],
    run: (desk, member: string, ...paths: string[]) => desk.offerFiles(member, paths),
  },
  {
    id: "accept",
    name: { pt: "aceitar", en: "accept" },
    aliases: [],
    parameters: ["number", "directory"],
    run: (desk, number?: string, directory?: string) =>
      desk.acceptFiles(numberOf(number), directory),
  },
  {
    id: "decline",
    name: { pt: "recusar", en: "decline" },
    aliases: [],
    parameters: ["number"],
    run: (desk, number?: string) => desk.declineFiles(numberOf(number)),
  },
  {
    id: "transfers",
    name: { pt: "transferencias", en: "transfers" },
    aliases: [],
    parameters: [],
    run: (desk) => desk.showTransfers(),
  },
  {
    id: "cancel",
    name: { pt: "cancelar", en: "cancel" },
    aliases: [],
    parameters: ["number"],
    run: (desk, number?: string) => desk.cancelTransfer(numberOf(number)),
  },
  {
    id: "doctor",
    name: { pt: "diagnostico", en: "doctor" },
    aliases: [],
    parameters: [],
    run: (desk) => desk.diagnose(),
  },
  {
    id: "help",
    name: { pt: "ajuda", en: "help" },
    aliases: [],
    parameters: [],
    run: (desk) => desk.showHelp(),
  },
  {
    id: "quit",
    name: { pt: "sair", en: "quit" },
    aliases: ["exit"],
    parameters: [],
    run: (desk) => desk.leave(),
  },
] as const satisfies readonly Command[];

export type CommandName = typeof commands[number]["id"];

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Every name of a command without repetition, the one of this language first. */
export function namesOf({ name, aliases }: Command, tag: LanguageTag): string[] {
  return [...new Set([name[tag], ...Object.values(name), ...aliases])];
}

/** How a command is entered in this language, with its slash. */
export function nameOf(id: CommandName, tag: LanguageTag): string {
  return `/${commands.find((command) => command.id === id)!.name[tag]}`;
}

const byName = new Map<string, Command>(
  commands.flatMap((command) => namesOf(command, "pt").map((name) => [name, command] as const)),
);

/** The command of this name, which may be written with capitals and accents. */
export function findCommand(name: string): Command | undefined {
  return byName.get(name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase());
}
