namespace Certificates;

/// <summary>One thing wrong with the certificates on disk or their settings; a load reports all of them at once.</summary>
/// <param name="Path">The setting, such as <c>certificates.own[0].key</c>.</param>
/// <param name="Reason">What kind of fault it is.</param>
/// <param name="Problem">What is wrong, naming the file.</param>
/// <param name="Hint">What to do.</param>
public sealed record CertificateFault(string Path, CertificateReason Reason, string Problem, string Hint)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Problem} {Hint}";
}

/// <summary>The outcome of a load: a set when there are no faults, else the faults.</summary>
/// <param name="Set">The new version, or null.</param>
/// <param name="Faults">Everything that is wrong.</param>
public sealed record CertificateLoad(CertificateSet? Set, IReadOnlyList<CertificateFault> Faults)
{
    /// <summary>What is wrong and had to be taken all the same: certificates of ours that ended while they were in use.</summary>
    public IReadOnlyList<CertificateFault> Warnings { get; init; } = [];
}
