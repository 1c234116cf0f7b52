using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Certificates;

namespace Gateway.Transport;

internal sealed record TlsOutcome(Stream? Stream, PeerEvidence? Evidence, int CertificateVersion, string Presented, TransportReason Reason, string Detail);

/// <summary>
/// One TLS handshake in either role. It collects evidence and judges nothing: the framework calls a serverAuth-only client
/// certificate unusable and would fetch issuers from addresses a stranger wrote, so its verdict is ignored and its downloads are off.
/// </summary>
internal static class TlsHandshake
{
    private const int IntermediatesMax = 16;

    // A context holds the chain to send, in the library's own form: built once per own certificate, not per handshake.
    private static readonly ConditionalWeakTable<OwnCertificate, SslStreamCertificateContext> _contexts = [];

    internal static async Task<TlsOutcome> RunAsync(TransportConnection connection, TransportHub hub, object options, CancellationToken cancel)
    {
        var began = hub.Time.GetTimestamp();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(hub.Limits.HandshakeSecondsMax), hub.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var exchange = new Exchange(connection.Remote.ToString());
        var outcome = await exchange.RunAsync(connection.Stream, options, either.Token);
        if (outcome.Reason == TransportReason.HandshakeFailed && deadline.IsCancellationRequested)
            outcome = outcome with { Reason = TransportReason.HandshakeTimeout, Detail = $"TLS was not finished in {hub.Limits.HandshakeSecondsMax} s." };
        hub.Metrics.Handshake(connection.Label, connection.IsAccepted, hub.Time.GetElapsedTime(began), outcome.Reason);
        return outcome;
    }

    private static SslStreamCertificateContext ContextOf(OwnCertificate own) => _contexts.GetValue(own, static o =>
        SslStreamCertificateContext.Create(o.Leaf, [.. o.Intermediates], offline: true));

    // Only to satisfy the framework: no roots, no downloads, no revocation, every status ignored.
    private static X509ChainPolicy QuietPolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    /// <summary>What one handshake remembers.</summary>
    private sealed class Exchange(string remote)
    {
        private X509Certificate2? _leaf;
        private IReadOnlyList<X509Certificate2> _intermediates = [];
        private TransportReason _refusal;
        private int _version;
        private string _presented = "";

        internal async Task<TlsOutcome> RunAsync(Stream inner, object options, CancellationToken cancel)
        {
            var tls = new SslStream(inner, leaveInnerStreamOpen: false);
            try
            {
                if (options is TlsServerOptions server) await tls.AuthenticateAsServerAsync(SelectAsync, server, cancel);
                else await tls.AuthenticateAsClientAsync(ClientOptions((TlsClientOptions)options), cancel);
                var evidence = new PeerEvidence(_leaf, _intermediates, remote, tls.SslProtocol.ToString(), tls.NegotiatedCipherSuite.ToString());
                return new TlsOutcome(tls, evidence, _version, _presented, TransportReason.None, "");
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                // Whatever a stranger's certificate can make the libraries throw ends this handshake and nothing else.
                await tls.DisposeAsync();
                if (_refusal == TransportReason.None) _refusal = OldTls.IsRefusalOf(broken) ? TransportReason.TlsTooOld : TransportReason.HandshakeFailed;
                return new TlsOutcome(null, null, _version, _presented, _refusal, Explain(broken));
            }
        }

        private string Explain(Exception broken) => _refusal switch
        {
            TransportReason.CertificateMissing => "The client presented no certificate; this listener is mutual TLS.",
            TransportReason.OwnCertificateMissing => "No own certificate is loaded for this name, and there is no default.",
            TransportReason.TlsTooOld => $"There is no version of TLS that both speak; the other side has nothing that may be spoken with it. {TransportConnection.Words(broken)}",
            _ => TransportConnection.Words(broken),
        };

        private ValueTask<SslServerAuthenticationOptions> SelectAsync(SslStream tls, SslClientHelloInfo hello, object? state, CancellationToken cancel)
        {
            var options = (TlsServerOptions)state!;
            var set = options.Certificates.Current;
            var own = set.ForDomain(options.Domain) ?? set.ForDomain(hello.ServerName) ?? Named(set, options.CertificateName);
            if (own is null)
            {
                _refusal = TransportReason.OwnCertificateMissing;
                throw new AuthenticationException("No own certificate.");
            }
            (_version, _presented) = (set.Version, own.Fingerprint);
            var isRequired = options.Client == ClientCertificate.Required;
            var made = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = ContextOf(own),
                ClientCertificateRequired = true,
                EnabledSslProtocols = OldTls.Strict,
                AllowTlsResume = false,
                AllowRenegotiation = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                CertificateChainPolicy = QuietPolicy(),
                ApplicationProtocols = Alpn(options.ApplicationProtocols),
                RemoteCertificateValidationCallback = (_, certificate, chain, _) => Keep(certificate, chain, isRequired),
            };

            // Where nobody is allowed it, the strict handshake goes on to its own alert: protocol_version.
            if (OldTls.IsAllThatIsOffered(hello.SslProtocols) && options.MayBeOld()) OldTls.Allow(made);
            return ValueTask.FromResult(made);
        }

        private SslClientAuthenticationOptions ClientOptions(TlsClientOptions options)
        {
            var set = options.Certificates.Current;
            var own = set.ForDomain(options.OwnDomain) ?? Named(set, options.CertificateName);
            (_version, _presented) = (set.Version, own?.Fingerprint ?? "");
            var made = new SslClientAuthenticationOptions
            {
                TargetHost = DomainNames.ToAscii(options.ServerName),
                ClientCertificateContext = own is null ? null : ContextOf(own),
                EnabledSslProtocols = options.IsTls13Only ? SslProtocols.Tls13 : OldTls.Strict,
                AllowTlsResume = false,
                AllowRenegotiation = false,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                CertificateChainPolicy = QuietPolicy(),
                ApplicationProtocols = Alpn(options.ApplicationProtocols),
                RemoteCertificateValidationCallback = (_, certificate, chain, _) => Keep(certificate, chain, isRequired: true),
            };
            if (options.MayBeOld) OldTls.Allow(made);
            return made;
        }

        private static List<SslApplicationProtocol>? Alpn(IReadOnlyList<string> names) =>
            names.Count == 0 ? null : [.. names.Select(n => new SslApplicationProtocol(n))];

        private static OwnCertificate? Named(CertificateSet set, string? name) => (name is null ? null : set.Find(name)) ?? set.Default;

        // The only place that sees the intermediates. Copies are taken because the framework disposes of its own.
        private bool Keep(X509Certificate? certificate, X509Chain? chain, bool isRequired)
        {
            if (certificate is null)
            {
                if (isRequired) _refusal = TransportReason.CertificateMissing;
                return !isRequired;
            }
            _leaf = SeenCertificates.Load(certificate.GetRawCertData());
            if (chain is not null && chain.ChainPolicy.ExtraStore.Count > 0)
                _intermediates = [.. chain.ChainPolicy.ExtraStore.Where(c => !c.Equals(certificate)).Take(IntermediatesMax).Select(c => SeenCertificates.Load(c.RawDataMemory.Span))];
            return true;
        }
    }
}
