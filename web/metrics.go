package web

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"postern/filter"
)

// A Number is a value that another package keeps, read when it is asked for.
type Number struct {
	Name, Help string // without the prefix postern_
	Counter    bool   // only ever grows; its name ends in _total
	Read       func() float64
}

// Metrics are the numbers of one process. Labels hold only words of ours and
// of the operator's configuration, never anything from a message.
type Metrics struct {
	registry *prometheus.Registry
	messages *prometheus.CounterVec
	fates    *prometheus.CounterVec
	missing  *prometheus.CounterVec
	stages   *prometheus.HistogramVec
	size     prometheus.Histogram
}

const namespace = "postern"

// NewMetrics makes the metrics, with numbers among them.
func NewMetrics(version string, numbers []Number) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{
			Namespace: namespace, Name: name, Help: help, Buckets: buckets,
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160, NativeHistogramMinResetDuration: time.Hour,
		}
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		messages: counter("messages_total", "Messages judged, by what enforce would do, class, what was done, and what decided.",
			"verdict", "class", "action", "policy"),
		fates:   counter("fates_total", "Messages by what became of them.", "fate"),
		missing: counter("missing_total", "Stages that gave nothing for a message, for lack of time or by failing.", "stage"),
		stages: prometheus.NewHistogramVec(histogram("stage_duration_seconds", "Time that one message takes.",
			[]float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}), []string{"stage"}),
		size: prometheus.NewHistogram(histogram("message_size_bytes", "Bytes of a message as received.",
			prometheus.ExponentialBuckets(1<<10, 4, 9))),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Always 1; the version is a label.", ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(m.messages, m.fates, m.missing, m.stages, m.size, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, n := range numbers {
		m.registry.MustRegister(n.collector())
	}
	return m
}

func (n Number) collector() prometheus.Collector {
	if n.Counter {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: n.Name, Help: n.Help}, n.Read)
	}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: n.Name, Help: n.Help}, n.Read)
}

// Observe counts one message. It does not block.
func (m *Metrics) Observe(r *filter.Record) {
	v := r.Verdict
	m.messages.WithLabelValues(v.Would.String(), v.Class.String(), v.Action.String(), v.Rule).Inc()
	m.fates.WithLabelValues(string(r.Fate)).Inc()
	for _, stage := range r.Facts.Missing {
		m.missing.WithLabelValues(stage).Inc()
	}
	m.stages.WithLabelValues("gather").Observe(r.Took.Gather.Seconds())
	m.stages.WithLabelValues("judge").Observe(r.Took.Judge.Seconds())
	m.stages.WithLabelValues("deliver").Observe(r.Took.Deliver.Seconds())
	m.size.Observe(float64(r.Facts.Size))
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: requestTime / 2})
}
