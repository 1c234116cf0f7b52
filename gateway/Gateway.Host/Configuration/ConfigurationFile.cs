using System.Text.Json;
using Certificates;
using Gateway.Federation;
using Gateway.Host.Configuration.Options;
using Gateway.Host.Configuration.Validation;

namespace Gateway.Host.Configuration;

/// <summary>Reads <c>appliance.json</c>: bind ▸ validate all ▸ build. The only reader of that file.</summary>
public static class ConfigurationFile
{
    public const string DefaultName = "appliance.json";

    private const int BytesMax = 4 << 20;

    /// <summary>Reads and judges; the end of a certificate of ours that <paramref name="mayHaveEnded"/> names is a warning and no fault.</summary>
    public static ConfigurationReading Read(string file, Predicate<OwnCertificate>? mayHaveEnded = null)
    {
        var faults = new FaultList();
        return Judge(file, ReadText(file, faults), faults, mayHaveEnded);
    }

    /// <summary>The same for a text that is not in the file yet, as if it were.</summary>
    public static ConfigurationReading Judge(string file, string text, Predicate<OwnCertificate>? mayHaveEnded = null) => Judge(file, text, new FaultList(), mayHaveEnded);

    private static ConfigurationReading Judge(string file, string? text, FaultList faults, Predicate<OwnCertificate>? mayHaveEnded)
    {
        var place = new ConfigurationPlace(file) { MayHaveEnded = mayHaveEnded };
        var bound = text is null ? new BoundOptions(new ApplianceOptions(), default) : OptionsBinder.Bind(text, faults);

        // A file that is not JSON would only make every validator repeat the same complaint.
        if (bound.Json.ValueKind == JsonValueKind.Object) Validators.Check(bound.Options, place, faults);
        var model = faults.IsEmpty ? ModelBuilder.Build(bound.Options, place) : null;
        if (model is not null)
            foreach (var fault in FederationFaults.Find(model.Federation)) faults.Add("$." + fault.Path, fault.Text, fault.Hint);
        return new ConfigurationReading(Path.GetFullPath(file), bound, faults.IsEmpty ? model : null, faults.All)
        {
            Warnings = faults.IsEmpty && model is not null ? [.. faults.Warnings, .. FederationWarnings.Find(model.Federation).Select(w => new Fault("$." + w.Path, w.Text, w.Hint))] : [],
        };
    }

    private static string? ReadText(string file, FaultList faults)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > BytesMax })
            {
                faults.Add("$", $"{file} is larger than {BytesMax} bytes", "is it the right file? name it with --config");
                return null;
            }

            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add("$", fault.Message, "name the file with --config");
            return null;
        }
    }
}

/// <summary>One reading: a model, or every fault there is.</summary>
public sealed record ConfigurationReading(string File, BoundOptions Bound, ApplianceModel? Model, IReadOnlyList<Fault> Faults)
{
    public bool IsGood => Model is not null;

    /// <summary>What is allowed and cannot be meant; looked for in a good file only.</summary>
    public IReadOnlyList<Fault> Warnings { get; init; } = [];
}
