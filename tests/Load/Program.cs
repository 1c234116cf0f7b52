using Load;
using Load.Measure;
using Load.Scenarios;
using Load.Subjects;
using Load.Wire;

if (args is [BareSubject.ServerVerb, var bareFolder]) return await BareServer.RunAsync(bareFolder);
if (LoadOptions.TryRead(args, out var fault) is not { } options)
{
    Console.Error.WriteLine("load: " + fault);
    Console.Error.WriteLine(LoadOptions.Usage);
    return 2;
}

ThreadPool.SetMinThreads(8, 8);
var folder = Path.GetFullPath(options.PrepareFolder ?? options.AttachFolder ?? Directory.CreateTempSubdirectory("gateway-load-").FullName);
using var authority = LoadAuthority.Open(folder);
if (options.PrepareFolder is not null)
{
    await using var prepared = new GatewaySubject(folder, authority, options);
    Console.WriteLine(prepared.Prepare());
    return 0;
}

try
{
    var isBroken = false;
    var table = new Table(Console.Out, options.JsonFile);
    foreach (var name in options.Subjects)
    {
        await using ISubject subject = name switch
        {
            SubjectNames.Gateway => new GatewaySubject(folder, authority, options),
            SubjectNames.Kamailio => new KamailioSubject(folder, authority, options),
            SubjectNames.KamailioPresence => new KamailioPresenceSubject(folder, authority),
            SubjectNames.Servers => new ServersSubject(folder, authority, options),
            SubjectNames.Bare => new BareSubject(folder, authority),
            _ => new ServerSubject(name, folder, authority, options),
        };
        try
        {
            await new Bench(subject, authority, options, table).RunAsync();
        }
        catch (LoadFailureException failure) when (options.Subjects.Count > 1)
        {
            // What the others do is worth knowing all the same.
            Console.Error.WriteLine($"load: {name}: {failure.Message}");
            isBroken = true;
        }
    }

    foreach (var other in options.Subjects.Skip(1)) table.Ratios(options.Subjects[0], other);
    table.Shares(SubjectNames.Bare, NewConnections.Words, NewStreams.Words);
    return isBroken || table.All.Any(f => f.Counts.Lost + f.Counts.Failed + f.Counts.Duplicates > 0 && f.Subject == SubjectNames.Gateway) ? 1 : 0;
}
catch (LoadFailureException failure)
{
    Console.Error.WriteLine("load: " + failure.Message);
    return 1;
}
finally
{
    if (!options.KeepsFolder && options.AttachFolder is null) Directory.Delete(folder, recursive: true);
    else Console.WriteLine("left in " + folder);
}
