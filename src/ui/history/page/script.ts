/** What the page does with keys: it works without, as a picture and a list. */
export const SCRIPT = `
'use strict';
const events = [...document.querySelectorAll('li a')];
const mark = document.getElementById('mark');
const show = (event) => {
  if (!mark || !event.dataset.x) return;
  for (const end of ['x1', 'x2']) mark.setAttribute(end, event.dataset.x);
  mark.removeAttribute('display');
  const picture = document.querySelector('.picture');
  if (picture.scrollWidth <= picture.clientWidth) return;
  const svg = mark.ownerSVGElement;
  const x = Number(event.dataset.x) * svg.clientWidth / svg.viewBox.baseVal.width;
  picture.scrollLeft = x - picture.clientWidth / 2;
};
const go = (index) => {
  const event = events[Math.max(0, Math.min(events.length - 1, index))];
  if (!event) return;
  event.focus({ preventScroll: true });
  event.scrollIntoView({ block: 'center' });
};
for (const event of events) event.addEventListener('focus', () => show(event));
document.addEventListener('keydown', (key) => {
  if (key.ctrlKey || key.altKey || key.metaKey || events.length === 0) return;
  if (document.activeElement.classList.contains('picture')) return;
  const now = events.indexOf(document.activeElement);
  const target = { ArrowDown: now + 1, ArrowUp: now - 1, PageDown: now + 10, PageUp: now - 10, Home: 0, End: events.length - 1 }[key.key];
  if (target === undefined) return;
  key.preventDefault();
  go(target);
});
const shown = () => {
  const event = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const link = event && event.querySelector('a');
  if (link) go(events.indexOf(link));
};
addEventListener('hashchange', shown);
shown();
`
