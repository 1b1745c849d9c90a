// Sets the colours before the page is drawn, so that a dark page never flashes white.
// A classic script: a module would run too late.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("akshara.theme");
  } catch {
    // storage may be forbidden: the system's colours then hold
  }
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
})();
