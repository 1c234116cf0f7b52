namespace Gateway.Host.Generate;

/// <summary>How a Microsoft deployment meets us.</summary>
public enum MicrosoftForm
{
    /// <summary>As a federated partner, through its Access Edge.</summary>
    Edge,

    /// <summary>As a trusted application of its front ends, by static route (partitioned intradomain, PIF-100 to PIF-118).</summary>
    FrontEnd,
}

/// <summary>What only the Microsoft administrator knows; what is not given stands in the text as a placeholder to fill in.</summary>
public sealed record MicrosoftPlace
{
    public string Registrar { get; init; } = "<registrar-pool-fqdn>";

    public string Site { get; init; } = "<site-id>";

    public string Pool { get; init; } = "<trusted-pool-fqdn>";

    public string Application { get; init; } = "xmppgateway";
}
