-- The year's hires as they start ("Hires"); k is their number in the year.
WITH seat AS (
    SELECT k, level_id, 'NH_' || simulation_year || '_' || lpad(k::VARCHAR, 6, '0') AS employee_id,
           'SSN-' || (900000000 + hired_before + k) AS employee_ssn
    FROM (
        SELECT level_id, unnest(range(hires_up_to_level - hires + 1, hires_up_to_level + 1)) AS k
        FROM {{ ref('int_workforce_needs_by_level') }}
    )
    CROSS JOIN {{ ref('int_effective_parameters') }}

), born AS (
    SELECT seat.*, draws.*, parameters.*, hire_point_cents, simulation_year - hire_ages.age AS birth_year
    FROM seat
    JOIN {{ ref('stg_draws') }} AS draws USING (employee_id)
    JOIN {{ source('planbench', 'levels') }} USING (level_id)
    CROSS JOIN {{ ref('int_effective_parameters') }} AS parameters
    JOIN {{ source('planbench', 'hire_ages') }} ON place = {{ bounded('hire_age', 'hire_age_places') }}
)
SELECT k, employee_id, employee_ssn,
       {{ days_after('make_date(birth_year, 1, 1)',
                     bounded('hire_birthday', 'make_date(birth_year + 1, 1, 1) - make_date(birth_year, 1, 1)')) }} AS birth_date,
       {{ days_after('first_day', bounded('hire_day', 'last_day - first_day')) }} AS hire_date,
       level_id,
       {{ times_ppm('hire_point_cents',
                    '1000000 - pay_spread_ppm + ' ~ bounded('hire_pay', '2 * pay_spread_ppm + 1')) }} AS compensation_cents
FROM born
