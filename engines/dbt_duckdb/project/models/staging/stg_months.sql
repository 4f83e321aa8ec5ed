-- The months of the year.
SELECT month, first_day AS month_first_day, days AS month_days
FROM {{ source('planbench', 'months') }}
WHERE simulation_year = {{ var('simulation_year') }}
