// Sizes in protocol.json: names, integers, + * / and parentheses.

/** Parses one size expression into a tree; `names` lists the parameters it uses. */
export function parseExpression(text) {
  const tokens = text.match(/[a-z_][a-z0-9_]*|\d+|[+*/()]/g) ?? [];
  if (tokens.join("") !== text.replace(/\s/g, ""))
    throw new Error(`cannot read the size '${text}'`);
  const names = [];
  let at = 0;

  function atom() {
    const token = tokens[at++];
    if (token === "(") {
      const inner = sum();
      if (tokens[at++] !== ")") throw new Error(`unbalanced parentheses in '${text}'`);
      return inner;
    }
    if (/^\d+$/.test(token ?? "")) return { value: Number(token) };
    if (!/^[a-z_]/.test(token ?? "")) throw new Error(`cannot read the size '${text}'`);
    names.push(token);
    return { name: token };
  }
  function product() {
    let left = atom();
    while (tokens[at] === "*" || tokens[at] === "/") {
      left = { operator: tokens[at++], left, right: atom() };
    }
    return left;
  }
  function sum() {
    let left = product();
    while (tokens[at] === "+") left = { operator: tokens[at++], left, right: product() };
    return left;
  }

  const tree = sum();
  if (at !== tokens.length) throw new Error(`cannot read the size '${text}'`);
  return { tree, names };
}

/** The expression as calls of saturating C++ functions; `word(name)` gives a parameter's source. */
export function toSaturatingCpp(tree, word) {
  if ("value" in tree) return `${tree.value}u`;
  if ("name" in tree) return word(tree.name);
  const left = toSaturatingCpp(tree.left, word);
  const right = toSaturatingCpp(tree.right, word);
  return `${{ "+": "plus", "*": "times", "/": "over" }[tree.operator]}(${left}, ${right})`;
}
