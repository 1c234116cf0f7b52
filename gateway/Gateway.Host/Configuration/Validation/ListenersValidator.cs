using System.Net;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Listening addresses: well formed, not twice, metrics on loopback, certificates known.</summary>
public sealed class ListenersValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        var used = new Dictionary<string, string>(StringComparer.Ordinal);
        Check(options, options.Listeners.Sip, "$.listeners.sip", UsualPorts.Sip, used, faults);
        Check(options, options.Listeners.Xmpp, "$.listeners.xmpp", UsualPorts.Xmpp, used, faults);
        for (var i = 0; i < options.Listeners.Sip.Count; i++)
            if (options.Listeners.Sip[i].DirectTls) faults.Add($"$.listeners.sip[{i}].directTls", "is for XMPP", "SIP listeners always begin with TLS");
        CheckHttp(options.Listeners.Http, used, faults);
        if (options.Listeners.Admin.Length == 0)
            faults.Add("$.listeners.admin", "is empty", "status, doctor and reload need it: run/admin.sock");
        else if (System.Text.Encoding.UTF8.GetByteCount(place.Resolve(options.Listeners.Admin)) > 100)
            faults.Add("$.listeners.admin", "the path is too long for a unix socket (over 100 bytes)", "choose a shorter one, e.g. below /run");
    }

    private static void Check(
        ApplianceOptions options, IReadOnlyList<ListenerOptions> listeners, string path, Func<ListenerOptions, int> usual, Dictionary<string, string> used, FaultList faults)
    {
        for (var i = 0; i < listeners.Count; i++)
        {
            var (listener, at) = (listeners[i], $"{path}[{i}]");
            if (listener.Address.Length == 0) continue;
            if (DomainText.TryListener(listener.Address, usual(listener), out var endPoint)) TakePort(endPoint, $"{at}.address", used, faults);
            else faults.Add($"{at}.address", $"\"{listener.Address}\" is not address:port", $"for example 127.0.0.1:{usual(listener)}, or the address alone for that port");

            if (listener.Certificate.Length > 0 && options.Certificates.Own.All(o => o.Name != listener.Certificate))
                faults.Add($"{at}.certificate", $"no own certificate is named \"{listener.Certificate}\"", "certificates.own has: " + string.Join(", ", options.Certificates.Own.Select(o => o.Name)));
        }
    }

    private static void CheckHttp(string http, Dictionary<string, string> used, FaultList faults)
    {
        if (http.Length == 0) return;
        if (!DomainText.TryListener(http, null, out var endPoint)) faults.Add("$.listeners.http", $"\"{http}\" is not address:port", "for example 127.0.0.1:9090");
        else if (!IPAddress.IsLoopback(endPoint.Address))
            faults.Add("$.listeners.http", "metrics and health must stay on loopback", "let a collector on this machine, or a proxy with access control, pass them on");
        else TakePort(endPoint, "$.listeners.http", used, faults);
    }

    private static void TakePort(IPEndPoint endPoint, string path, Dictionary<string, string> used, FaultList faults)
    {
        if (endPoint.Port == 0) return;
        if (!used.TryAdd(endPoint.ToString(), path)) faults.Add(path, $"{endPoint} is already used by {used[endPoint.ToString()]}", "choose another port for one of them");
    }
}
