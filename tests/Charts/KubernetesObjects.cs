using k8s;
using k8s.Models;

namespace Storyline.Charts;

/// <summary>Rendered objects, read so strictly that a misspelt field fails.</summary>
internal sealed class KubernetesObjects
{
    private readonly List<object> _objects;

    private KubernetesObjects(List<object> objects) => _objects = objects;

    // The one kind that is not Kubernetes' own.
    private static readonly Dictionary<string, System.Type> OtherKinds = new(StringComparer.Ordinal) { ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(PrometheusRule) };

    public static KubernetesObjects Parse(string yaml) => new(KubernetesYaml.LoadAllFromString(yaml, OtherKinds, strict: true));

    public IEnumerable<IKubernetesObject<V1ObjectMeta>> All => _objects.Cast<IKubernetesObject<V1ObjectMeta>>();

    public IEnumerable<T> Of<T>() => _objects.OfType<T>();

    /// <summary>Deployments and StatefulSets alike.</summary>
    public IEnumerable<Workload> Workloads =>
        Of<V1Deployment>().Select(d => new Workload(d.Name(), d.Spec.Replicas, d.Spec.Selector, d.Spec.Template))
            .Concat(Of<V1StatefulSet>().Select(s => new Workload(s.Name(), s.Spec.Replicas, s.Spec.Selector, s.Spec.Template)));

    /// <summary>The checks of the Pod Security Standard "restricted", with their names, that a pod fails.</summary>
    public static IEnumerable<string> BreachesOfRestricted(V1PodSpec pod)
    {
        if (pod.HostNetwork is true || pod.HostPID is true || pod.HostIPC is true)
        {
            yield return "host namespaces";
        }

        if (pod.Volumes?.Any(v => v.ConfigMap is null && v.Secret is null && v.EmptyDir is null && v.PersistentVolumeClaim is null && v.Projected is null) is true)
        {
            yield return "volume types";
        }

        if (pod.SecurityContext?.SeccompProfile?.Type != "RuntimeDefault")
        {
            yield return "seccomp";
        }

        if (pod.SecurityContext?.RunAsNonRoot is not true || pod.SecurityContext.RunAsUser is null or 0)
        {
            yield return "running as non-root, with a numeric user";
        }

        foreach (var container in pod.Containers.Concat(pod.InitContainers ?? []))
        {
            var context = container.SecurityContext;
            if (context?.Privileged is true || context?.AllowPrivilegeEscalation is not false)
            {
                yield return $"{container.Name}: privilege escalation";
            }

            if (context?.Capabilities?.Drop?.Contains("ALL") is not true || context.Capabilities.Add is { Count: > 0 })
            {
                yield return $"{container.Name}: capabilities";
            }

            if (context?.RunAsUser == 0 || context?.RunAsNonRoot is false)
            {
                yield return $"{container.Name}: running as root";
            }
        }
    }
}

internal sealed record Workload(string Name, int? Replicas, V1LabelSelector Selector, V1PodTemplateSpec Template)
{
    public V1PodSpec Pod => Template.Spec;

    public bool IsSelectedBy(IDictionary<string, string> selector) =>
        selector.All(pair => Template.Metadata.Labels.TryGetValue(pair.Key, out var value) && string.Equals(value, pair.Value, StringComparison.Ordinal));
}

/// <summary>What the Prometheus operator takes for alerts (monitoring.coreos.com/v1).</summary>
internal sealed class PrometheusRule : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public PrometheusRuleSpec Spec { get; set; } = new();
}

internal sealed class PrometheusRuleSpec
{
    public List<PrometheusRuleGroup> Groups { get; set; } = [];
}

internal sealed class PrometheusRuleGroup
{
    public string Name { get; set; } = "";

    public List<PrometheusAlert> Rules { get; set; } = [];
}

internal sealed class PrometheusAlert
{
    public string Alert { get; set; } = "";

    public string Expr { get; set; } = "";

    public string? For { get; set; }

    public Dictionary<string, string> Labels { get; set; } = [];

    public Dictionary<string, string> Annotations { get; set; } = [];
}
