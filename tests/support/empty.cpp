// Keeps the support library buildable when no other source is here.
