/** Graphs in the languages of Graphviz and Mermaid. Names of the cluster are quoted text. */
import type { GraphAnswer, Node } from "./answers.ts";
import { plain } from "./output.ts";

const COLOURS: Readonly<Record<string, string>> = {
  Ready: "#2e7d32",
  Pending: "#b26a00",
  Error: "#c62828",
};
const OTHER_COLOUR = "#6a1b9a";

/** https://graphviz.org/doc/info/lang.html */
export function dot({ nodes, edges }: GraphAnswer): string {
  const numbers = numbersOf(nodes);
  return [
    "digraph astrolabe {",
    "  rankdir=LR;",
    "  node [shape=box, fontname=sans];",
    ...nodes.map((node, i) =>
      `  n${i} [label=${quoted(`${node.kind}\n${plain(node.name)}`)}, color=${quoted(colourOf(node))}];`
    ),
    ...edges.map(({ from, to, type }) =>
      `  n${numbers.get(from)} -> n${numbers.get(to)} [label=${quoted(type)}];`
    ),
    "}",
    "",
  ].join("\n");
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** https://mermaid.js.org/syntax/flowchart.html */
export function mermaid({ nodes, edges }: GraphAnswer): string {
  const numbers = numbersOf(nodes);
  return [
    "flowchart LR",
    ...nodes.map((node, i) => `  n${i}["${entities(node.kind)}<br>${entities(plain(node.name))}"]`),
    ...nodes.map((node, i) => `  style n${i} stroke:${colourOf(node)}`),
    ...edges.map(({ from, to, type }) =>
      `  n${numbers.get(from)} -->|${entities(type)}| n${numbers.get(to)}`
    ),
    "",
  ].join("\n");
}

/** Writes every character that is special in Mermaid as an entity. */
function entities(text: string): string {
  return text.replace(/[^\p{L}\p{N} .:/_-]/gu, (character) => `#${character.codePointAt(0)};`);
}

function numbersOf(nodes: readonly Node[]): Map<string, number> {
  return new Map(nodes.map(({ uid }, i) => [uid, i]));
}

function colourOf({ status }: Node): string {
  return COLOURS[status] ?? OTHER_COLOUR;
}
