using Gateway.Host.Verbs;

return await GatewayCommand.RunAsync(args);
