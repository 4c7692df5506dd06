"""Our Lambda functions, beside the API's: what they run, and what each is for."""
