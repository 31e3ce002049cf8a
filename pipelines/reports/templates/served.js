"use strict";
/* What the webserver alone has (Dagster's pages, workbooks made when they are asked for) is linked only where the page
   was got from it, and not from a folder. */
if (location.protocol !== "file:") {
  for (const link of document.querySelectorAll("a[data-served]")) {
    link.href = link.dataset.served;
    link.closest("[hidden]")?.removeAttribute("hidden");
  }
}
