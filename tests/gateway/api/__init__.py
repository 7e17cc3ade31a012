"""What the door does with requests; its pages are tested beside."""
