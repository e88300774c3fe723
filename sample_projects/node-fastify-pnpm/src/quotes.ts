export const quotes: readonly string[] = ["less is more", "measure twice, cut once"];
