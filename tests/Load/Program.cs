using Load;
using Load.Measure;
using Load.Subjects;
using Load.Wire;

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
    var table = new Table(Console.Out, options.JsonFile);
    string[] names = options.Subject switch { "gateway" => ["gateway"], "kamailio" => ["gateway", "kamailio"], _ => ["kamailio"] };
    foreach (var name in names)
    {
        await using ISubject subject = name == "gateway" ? new GatewaySubject(folder, authority, options) : new KamailioSubject(folder, authority, options);
        await new Bench(subject, authority, options, table).RunAsync();
    }

    if (names.Length > 1) table.Ratios(names[0], names[1]);
    return table.All.Any(f => f.Counts.Lost + f.Counts.Failed + f.Counts.Duplicates > 0 && f.Subject == "gateway") ? 1 : 0;
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
