"""`make build`: packs what is deployed with SAM, then proves that it is complete, small enough and deployable."""
