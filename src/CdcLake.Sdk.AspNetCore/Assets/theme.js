// Before anything is drawn: the theme that was chosen in this browser. Without a choice the system's own holds.
(function () {
  try {
    var theme = localStorage.getItem('cdclake-theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch (error) { /* storage is switched off: the system's theme is fine */ }
})();
