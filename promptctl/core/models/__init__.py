"""What is asked of models, who answers, at what price, and who is left alone for a while."""
