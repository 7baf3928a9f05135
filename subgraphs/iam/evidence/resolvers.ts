import type { IamResolvers } from '../resolver-types.ts'

export const evidenceResolvers: Pick<IamResolvers, 'Query'> = {
  Query: {
    isolationEvidence: async (_, __, { iam }) =>
      (await iam.evidence.list()).map(({ control, statement, requirements, status, lastProof }) => ({
        control,
        statement,
        requirements: [...requirements],
        status,
        lastProof: lastProof && {
          command: `npm run prove:${lastProof.proof}`,
          result: lastProof.result,
          finishedAt: new Date(lastProof.finishedAt),
          summary: lastProof.summary,
          graph: lastProof.graph,
        },
      })),
  },
}
