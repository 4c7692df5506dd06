"""What is drawn over a picture: bones, joints, boxes, angles."""
