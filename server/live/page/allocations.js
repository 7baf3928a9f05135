/** @import { GraphClient } from '../../../client/types.js' */
import { elementOf, made, said } from './elements.js'

const PROJECTS = 'query Projects { viewer { projects(first: 50) { edges { node { id name } } } } }'
const ALLOCATIONS = `query Allocations($project: ID!) {
  project(id: $project) { allocations(first: 20) { edges { node { id name state } } } }
}`
const CREATE = `mutation Create($project: ID!, $name: String!) {
  createAllocation(input: { projectId: $project, name: $name, skuCode: "l40s-1" }) { userErrors { message } }
}`
const RELEASE = `mutation Release($id: ID!) {
  releaseAllocation(input: { allocationId: $id }) { userErrors { message } }
}`

/** @typedef {{ readonly id: string, readonly name: string, readonly state: string }} Allocation */
/** @typedef {{ readonly edges: readonly { readonly node: { readonly id: string, readonly name: string } | null }[] }} Named */

/**
 * The allocations of a project that one picks: creates and releases them. What other clients do to them is seen when
 * `refresh` is called.
 * @param {GraphClient} client
 * @param {(item: HTMLLIElement, allocation: Allocation) => void} decorate
 */
export const showAllocations = (client, decorate) => {
  const project = elementOf('project', HTMLSelectElement)
  const create = elementOf('create', HTMLButtonElement)
  const outcome = elementOf('outcome', HTMLOutputElement)
  const list = elementOf('allocations', HTMLUListElement)
  /** @type {Promise<void>} */
  let turn = Promise.resolve()

  const read = async () => {
    if (project.value === '') {
      list.replaceChildren()
      return
    }
    /** @type {{ data: { project: { allocations: { edges: { node: Allocation | null }[] } | null } | null } }} */
    const { data } = await client.query(ALLOCATIONS, { variables: { project: project.value } })
    const rows = (data.project?.allocations?.edges ?? []).flatMap(({ node }) => node ?? [])
    list.replaceChildren(...rows.map(row))
  }
  const refresh = () => {
    turn = turn.then(read).catch((/** @type {unknown} */ error) => {
      if (client.state.status !== 'closed') outcome.value = said(error)
    })
    return turn
  }

  /**
   * @param {string} mutation
   * @param {Record<string, unknown>} variables
   */
  const change = async (mutation, variables) => {
    outcome.value = ''
    try {
      const { data, errors } = await client.mutate(mutation, { variables })
      const refused = Object.values(/** @type {Record<string, { userErrors: { message: string }[] } | null>} */ (data))
      outcome.value = [...errors, ...refused.flatMap((payload) => payload?.userErrors ?? [])]
        .map(({ message }) => message)
        .join(' ')
    } catch (error) {
      outcome.value = said(error)
    }
    await refresh()
  }

  /** @param {Allocation} allocation */
  const row = (allocation) => {
    const { id, name, state } = allocation
    const item = made('li', {}, `${name} · ${state.toLowerCase()}`)
    item.dataset['id'] = id
    item.dataset['state'] = state
    if (state === 'ACTIVE') {
      item.append(made('button', { onclick: () => void change(RELEASE, { id }) }, 'Release'))
      decorate(item, allocation)
    }
    return item
  }

  const open = async () => {
    /** @type {{ data: { viewer: { projects: Named | null } | null } }} */
    const { data } = await client.query(PROJECTS)
    const found = (data.viewer?.projects?.edges ?? []).flatMap(({ node }) => node ?? [])
    project.replaceChildren(...found.map(({ id, name }) => new Option(name, id)))
    project.onchange = () => void refresh()
    create.onclick = () => void change(CREATE, { project: project.value, name: `live-${Date.now().toString(36)}` })
    create.disabled = found.length === 0
    await refresh()
  }
  open().catch((/** @type {unknown} */ error) => (outcome.value = said(error)))
  return { refresh: () => void refresh() }
}
