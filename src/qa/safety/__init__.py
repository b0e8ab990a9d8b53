"""Before the answer: emergencies, despair and personal decisions, told apart by editable rules and a trained model."""
