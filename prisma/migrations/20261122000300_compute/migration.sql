-- What people call an allocation is unique among the living ones of its project; a name is free again once it is over.
CREATE UNIQUE INDEX allocations_living_name ON compute.allocations (org_id, project_id, name)
  WHERE state NOT IN ('RELEASED', 'FAILED');

-- Placement and capacity look for machines in service of one kind.
CREATE INDEX nodes_in_service ON compute.nodes (gpu_model, fabric) WHERE state = 'READY';
