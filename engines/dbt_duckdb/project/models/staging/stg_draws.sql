-- Everybody's sixteen random numbers of the year ("Draws").
{% set folder = var('draws_folder') | replace("'", "''") -%}
SELECT * FROM read_parquet('{{ folder }}/simulation_year={{ var("simulation_year") }}.parquet')
