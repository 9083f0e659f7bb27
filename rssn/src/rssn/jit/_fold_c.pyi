# Only for other native modules.
