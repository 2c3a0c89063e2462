"""What authors touch: components and containers, their status, publish and discard."""
