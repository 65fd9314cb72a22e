// Package browsertest tests the pages in headless Chromium: the whole journey from a catalog to a download, and what axe finds of every page. It has tests only,
// which are skipped where there is no Chromium, or no npm to fetch axe with.
package browsertest
