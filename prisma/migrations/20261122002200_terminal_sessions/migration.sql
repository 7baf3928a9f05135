-- CreateTable
CREATE TABLE "compute"."terminal_sessions" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "allocation_id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "opened_by" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "minted" INTEGER NOT NULL,
    "generation" INTEGER NOT NULL,
    "gateway_id" TEXT,
    "column_count" INTEGER NOT NULL,
    "row_count" INTEGER NOT NULL,
    "is_recorded" BOOLEAN NOT NULL,
    "idle_ms" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "last_active_at" TIMESTAMPTZ(3) NOT NULL,
    "connected_at" TIMESTAMPTZ(3),
    "detached_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "close_reason" TEXT,
    "exit_code" INTEGER,
    "recording_reference" TEXT,
    "recording_bytes" BIGINT,
    "recording_head" TEXT,

    CONSTRAINT "terminal_sessions_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "compute"."terminal_transitions" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "close_reason" TEXT,
    "exit_code" INTEGER,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "terminal_transitions_pkey" PRIMARY KEY ("org_id","project_id","session_id","version")
);

-- CreateTable
CREATE TABLE "compute"."terminal_gateways" (
    "id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "capacity" INTEGER NOT NULL,
    "held" INTEGER NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "drained_at" TIMESTAMPTZ(3),

    CONSTRAINT "terminal_gateways_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "terminal_sessions_org_id_project_id_allocation_id_id_idx" ON "compute"."terminal_sessions"("org_id", "project_id", "allocation_id", "id");

-- AddForeignKey
ALTER TABLE "compute"."terminal_sessions" ADD CONSTRAINT "terminal_sessions_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."terminal_sessions" ADD CONSTRAINT "terminal_sessions_org_id_project_id_allocation_id_fkey" FOREIGN KEY ("org_id", "project_id", "allocation_id") REFERENCES "compute"."allocations"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."terminal_transitions" ADD CONSTRAINT "terminal_transitions_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."terminal_transitions" ADD CONSTRAINT "terminal_transitions_org_id_project_id_session_id_fkey" FOREIGN KEY ("org_id", "project_id", "session_id") REFERENCES "compute"."terminal_sessions"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- ── Invariants ───────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE compute.terminal_sessions
  ADD CHECK (state IN ('REQUESTED', 'TOKEN_ISSUED', 'CONNECTING', 'ACTIVE', 'DETACHED', 'CLOSED')),
  ADD CHECK (close_reason IN ('EXIT', 'IDLE', 'MAX_DURATION', 'REVOKED', 'RELEASED', 'NODE_LOST', 'TAKEN_OVER', 'CLOSED_BY_USER')),
  ADD CHECK ((state = 'CLOSED') = (ended_at IS NOT NULL)),
  ADD CHECK ((state = 'CLOSED') = (close_reason IS NOT NULL)),
  ADD CHECK (state <> 'CLOSED' OR gateway_id IS NULL),
  ADD CHECK (version > 0),
  ADD CHECK (generation BETWEEN 0 AND minted),
  ADD CHECK (column_count BETWEEN 1 AND 1000),
  ADD CHECK (row_count BETWEEN 1 AND 1000),
  ADD CHECK (opened_by ~ '^(usr|sva)_[A-Za-z0-9_-]+$'),
  ADD CHECK (recording_head ~ '^[0-9a-f]{64}$');
ALTER TABLE compute.terminal_gateways ADD CHECK (capacity > 0), ADD CHECK (held >= 0);

-- Who opens one more is counted among those that are open, and who releases an allocation ends what is open in it.
CREATE INDEX terminal_sessions_open ON compute.terminal_sessions (org_id, project_id, allocation_id) WHERE state <> 'CLOSED';

-- ── Rights and row-level security ────────────────────────────────────────────────────────────────────────────────

-- A session goes on; whose it is, where it is and what was promised for it do not change. What happened stays.
GRANT SELECT, INSERT ON compute.terminal_sessions, compute.terminal_transitions TO gpuaas_compute;
GRANT UPDATE (state, version, minted, generation, gateway_id, column_count, row_count, last_active_at, connected_at,
  detached_at, ended_at, close_reason, exit_code, recording_reference, recording_bytes, recording_head)
  ON compute.terminal_sessions TO gpuaas_compute;
GRANT SELECT, INSERT, DELETE ON compute.terminal_gateways TO gpuaas_compute;
GRANT UPDATE (held, seen_at, drained_at) ON compute.terminal_gateways TO gpuaas_compute;

ALTER TABLE compute.terminal_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE compute.terminal_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON compute.terminal_sessions TO gpuaas_compute
  USING (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]))
  WITH CHECK (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));
ALTER TABLE compute.terminal_transitions ENABLE ROW LEVEL SECURITY;
ALTER TABLE compute.terminal_transitions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON compute.terminal_transitions TO gpuaas_compute
  USING (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]))
  WITH CHECK (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));
