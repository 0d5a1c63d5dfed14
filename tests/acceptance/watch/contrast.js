// Each visible text whose contrast is below WCAG 2 AA: 4.5, or 3 for large text (1.4.3).
function channels(colour) {
  const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
  return {rgb: [red, green, blue], alpha};
}

function luminance({rgb}) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ground(node) {
  for (let each = node; each; each = each.parentElement) {
    const colour = channels(getComputedStyle(each).backgroundColor);
    if (colour.alpha === 1) return colour;
    if (colour.alpha > 0) throw new Error("a half transparent ground cannot be judged");
  }
  throw new Error("nothing has a ground");
}

const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let seen = 0;
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
  seen += 1;
  const style = getComputedStyle(node);
  const pair = [luminance(channels(style.color)), luminance(ground(node))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
  const least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
  if (ratio < least) found.push(`${walker.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
}
return {found, seen};
