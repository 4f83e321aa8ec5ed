{{ config(materialized='ephemeral') }}
-- What holds for everybody in the year, in one row: the run, the plan of the year and the assumptions that are no tables.
SELECT run.*, assumptions.*, plan.*, plan.choice_category = 'voluntary_enrollment' AS is_first_year
FROM {{ source('planbench', 'run') }} AS run
CROSS JOIN {{ source('planbench', 'assumptions') }} AS assumptions
CROSS JOIN {{ source('planbench', 'plan') }} AS plan
WHERE plan.simulation_year = {{ var('simulation_year') }}
