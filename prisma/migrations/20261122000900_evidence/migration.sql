-- What the proofs of the authorization came to, run by run (R83). Written by whoever owns the database (`npm run
-- migrate`, `npm start`), read by iam, changed by nobody.
CREATE TABLE iam.control_evidence (
  id uuid NOT NULL,
  proof text NOT NULL CHECK (proof IN ('matrix', 'reachability', 'guards', 'layers', 'sameness')),
  result text NOT NULL CHECK (result IN ('PASSED', 'FAILED')),
  finished_at timestamptz(3) NOT NULL,
  graph text NOT NULL CHECK (graph ~ '^[0-9a-f]{64}$'),
  summary text NOT NULL CHECK (length(summary) BETWEEN 1 AND 500),
  CONSTRAINT control_evidence_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX control_evidence_proof_finished_at_key ON iam.control_evidence (proof, finished_at);

CALL platform.make_immutable('iam.control_evidence');
GRANT SELECT ON iam.control_evidence TO gpuaas_iam;
