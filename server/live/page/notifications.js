/** @import { GraphClient } from '../../../client/types.js' */
import { elementOf, made, said } from './elements.js'

/** A page that stays open for a week must not keep everything. */
const SHOWN = 200

/**
 * Shows the caller's notifications as they come, newest first, until the client is closed.
 * @param {GraphClient} client
 * @param {() => void} onNews
 */
export const showNotifications = async (client, onNews) => {
  const list = elementOf('notifications', HTMLOListElement)
  list.replaceChildren()
  /** @param {HTMLLIElement} item */
  const show = (item) => {
    list.prepend(item)
    while (list.childElementCount > SHOWN) list.lastElementChild?.remove()
  }
  /** @param {string} text */
  const note = (text) => show(made('li', { className: 'gap' }, text))
  const notifications = client.notifications({
    onGap: ({ reason }) => note(`Something may be missing here (${reason}).`),
  })
  try {
    await notifications.forEach(({ title, body, subject, createdAt }) => {
      const item = made(
        'li',
        { title: body },
        made('span', {}, title),
        made('time', { dateTime: createdAt }, createdAt),
      )
      item.dataset['subject'] = subject ?? ''
      show(item)
      onNews()
    })
  } catch (error) {
    if (client.state.status !== 'closed') note(said(error))
  }
}
