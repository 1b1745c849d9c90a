// Chooses the colours before the page is drawn, so that a dark page never flashes
// white. A classic script: a module would run too late.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const choose = () => {
    let theme = null;
    try {
      theme = localStorage.getItem("akshara.theme");
    } catch {
      // storage may be forbidden: the system's colours then hold
    }
    if (theme !== "light" && theme !== "dark") {
      theme = system.matches ? "dark" : "light";
    }
    document.documentElement.dataset.theme = theme;
  };
  system.addEventListener("change", choose);
  choose();
})();
