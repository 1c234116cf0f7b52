using System.Globalization;
using System.Text;

namespace Certificates;

/// <summary>The files behind the settings: where they are, and a stamp that changes when one of them does.</summary>
internal static class CertificateFiles
{
    internal static string Resolve(CertificateSourcesOptions options, string path) =>
        options.Directory.Length == 0 ? Path.GetFullPath(path) : Path.GetFullPath(path, Path.GetFullPath(options.Directory));

    internal static IEnumerable<string> All(CertificateSourcesOptions options) =>
        options.Own.SelectMany(o => new[] { o.Certificate, o.Key, o.Pfx, o.PasswordFile })
            .Concat(options.Trust.SelectMany(t => t.Files)).Where(p => p.Length > 0).Distinct(StringComparer.Ordinal);

    /// <summary>Names, sizes and write times. Symbolic links are followed, as renewal tools swap them.</summary>
    internal static string Stamp(CertificateSourcesOptions options)
    {
        var stamp = new StringBuilder();
        foreach (var path in All(options))
        {
            var file = new FileInfo(Resolve(options, path));
            var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            stamp.Append(target.FullName).Append('|');
            if (target.Exists) stamp.Append(CultureInfo.InvariantCulture, $"{target.Length}|{target.LastWriteTimeUtc.Ticks}");
            stamp.Append('\n');
        }
        return stamp.ToString();
    }
}
