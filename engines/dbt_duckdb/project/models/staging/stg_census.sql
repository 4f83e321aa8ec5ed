-- The census: everybody employed on 1 January of the first year ("State").
SELECT * FROM {{ source('planbench', 'census') }}
