"""What published trials say: their records, sizes of effects, syntheses, claims and priors."""
