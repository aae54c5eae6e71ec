/**
 * What the page can do with JavaScript: before and after on top of each other with a slider between them; a link to a
 * model opens it. Without it both stand side by side.
 */
export const script = `
for (const pair of document.querySelectorAll('.pair')) {
  if (pair.children.length < 2) continue
  pair.classList.add('sliding')
  const slider = document.createElement('input')
  slider.type = 'range'
  slider.min = 0
  slider.max = 100
  slider.value = 50
  slider.setAttribute('aria-label', 'left of the slider: before, right of it: now')
  slider.addEventListener('input', () => pair.style.setProperty('--at', slider.value + '%'))
  pair.after(slider)
}
const open = () => {
  const model = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (model instanceof HTMLDetailsElement) model.open = true
}
addEventListener('hashchange', open)
open()
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((one) => (one.open = true)))
`
