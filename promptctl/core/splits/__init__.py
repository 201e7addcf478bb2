"""Several versions behind one pointer: who gets which, and whether one of them does worse."""
