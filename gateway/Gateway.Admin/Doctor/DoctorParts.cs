using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>What the checks use: the same resolver, dialer and judge that the running appliance uses, so that the answer is the one the appliance would get.</summary>
public sealed record DoctorParts(string Fqdn, FederationModel Model, ICertificateSource Certificates, PeerRegistry Registry, IDnsResolver Resolver, TransportHub Hub)
{
    /// <summary>A certificate that ends sooner is a warning.</summary>
    public int WarnDays { get; init; } = 30;
}
