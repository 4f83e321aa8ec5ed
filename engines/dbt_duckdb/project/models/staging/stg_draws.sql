-- Everybody's sixteen random numbers of the year ("Draws").
SELECT * FROM read_parquet('{{ var("draws_folder") }}/simulation_year={{ var("simulation_year") }}.parquet')
