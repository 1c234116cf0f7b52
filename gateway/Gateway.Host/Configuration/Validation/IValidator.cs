using Certificates;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>One small check of the whole configuration. It adds what it finds and never throws.</summary>
public interface IValidator
{
    void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults);
}

/// <summary>Where the file lies: relative paths in it start at its directory.</summary>
public sealed record ConfigurationPlace(string File)
{
    /// <summary>Certificates of ours whose end is a warning here and no fault; null: none.</summary>
    public Predicate<OwnCertificate>? MayHaveEnded { get; init; }

    public string Directory { get; } = Path.GetDirectoryName(Path.GetFullPath(File))!;

    public string Resolve(string path) => path.Length == 0 ? path : Path.GetFullPath(path, Directory);
}

/// <summary>All validators in the order an operator reads the file.</summary>
public static class Validators
{
    public static IReadOnlyList<IValidator> All { get; } =
    [
        new ListenersValidator(), new IdentityValidator(), new CertificatesValidator(), new DomainsValidator(), new PeersValidator(),
        new RoutesValidator(), new RulesValidator(), new PolicyValidator(), new DnsValidator(), new LimitsValidator(), new StreamsValidator(), new CoverageValidator(),
    ];

    public static void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        foreach (var validator in All) validator.Check(options, place, faults);
    }
}
