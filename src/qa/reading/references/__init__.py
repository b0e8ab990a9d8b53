"""The numbered reference list of a review -> CSL-JSON items."""
