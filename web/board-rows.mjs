// The strict content policy of the pages forbids style attributes, so a tile of the day board says its place with two
// classes: at-N (start) and for-N (length), both in steps of five minutes.
const stepsOfDay = (24 * 60) / 5;

export function boardRows() {
  const rules = [];
  for (let step = 0; step < stepsOfDay; step += 1) rules.push(`.lane>.at-${step}{grid-row-start:${step + 1};grid-column:1}`);
  for (let steps = 1; steps <= stepsOfDay; steps += 1) rules.push(`.lane>.for-${steps}{grid-row-end:span ${steps}}`);
  return `@media (min-width: 860px){${rules.join("")}}`;
}
