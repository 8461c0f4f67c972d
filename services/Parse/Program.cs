// Placeholder entry point; the module arrives with the service.
return 0;
