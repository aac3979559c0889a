// Command karpenter is the real Karpenter on simulated instances. It accepts our NodePools and EC2NodeClasses as
// they are: wherever the simulation asks for a class of its own, it is told an empty one.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/awslabs/operatorpkg/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"sigs.k8s.io/karpenter/kwok/apis/v1alpha1"
	kwok "sigs.k8s.io/karpenter/kwok/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/overlay"
	"sigs.k8s.io/karpenter/pkg/controllers"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator"
)

var group = schema.GroupVersion{Group: "karpenter.k8s.aws", Version: "v1"}

// EC2NodeClass is the part of the real kind that Karpenter's core reads: its name and its conditions.
type EC2NodeClass struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Status            EC2NodeClassStatus `json:"status,omitempty"`
}

// EC2NodeClassStatus holds the conditions.
type EC2NodeClassStatus struct {
	Conditions []status.Condition `json:"conditions,omitempty"`
}

// EC2NodeClassList is what a watch needs.
type EC2NodeClassList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []EC2NodeClass `json:"items"`
}

// DeepCopyObject copies the class.
func (in *EC2NodeClass) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Status.Conditions = append([]status.Condition(nil), in.Status.Conditions...)
	return &out
}

// DeepCopyObject copies the list.
func (in *EC2NodeClassList) DeepCopyObject() runtime.Object {
	out := *in
	out.Items = make([]EC2NodeClass, len(in.Items))
	for i := range in.Items {
		out.Items[i] = *in.Items[i].DeepCopyObject().(*EC2NodeClass)
	}
	return &out
}

// GetConditions and SetConditions let the core read and write readiness.
func (in *EC2NodeClass) GetConditions() []status.Condition { return in.Status.Conditions }

// SetConditions stores conditions.
func (in *EC2NodeClass) SetConditions(conditions []status.Condition) {
	in.Status.Conditions = conditions
}

// StatusConditions is ready when whoever stands in for the AWS controller says so.
func (in *EC2NodeClass) StatusConditions(options ...status.ForOption) status.ConditionSet {
	return status.NewReadyConditions("ValidationSucceeded").For(in, options...)
}

// classless answers for the simulation's own node class, which nobody writes.
type classless struct {
	client.Client
}

func (c classless) Get(ctx context.Context, key client.ObjectKey, into client.Object, options ...client.GetOption) error {
	if class, ok := into.(*v1alpha1.KWOKNodeClass); ok {
		class.Name = key.Name
		return nil
	}
	return c.Client.Get(ctx, key, into, options...)
}

type provider struct {
	*kwok.CloudProvider
}

func (p provider) GetSupportedNodeClasses() []status.Object {
	return []status.Object{&EC2NodeClass{}}
}

func main() {
	// As the AWS provider names it; without it reserved capacity cannot be told apart.
	cloudprovider.ReservationIDLabel = "karpenter.k8s.aws/capacity-reservation-id"
	metav1.AddToGroupVersion(scheme.Scheme, group)
	scheme.Scheme.AddKnownTypes(group, &EC2NodeClass{}, &EC2NodeClassList{})

	ctx, op := operator.NewOperator()
	instanceTypes, err := kwok.ConstructInstanceTypes(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "instance types:", err)
		os.Exit(1)
	}
	plain := provider{kwok.NewCloudProvider(ctx, classless{op.GetClient()}, instanceTypes)}
	decorated := overlay.Decorate(plain, op.GetClient(), op.InstanceTypeStore)
	cluster := state.NewCluster(op.Clock, op.GetClient(), decorated)
	op.WithControllers(ctx, controllers.NewControllers(
		ctx, op.Manager, op.Clock, op.GetClient(), op.EventRecorder, decorated, plain, cluster, op.InstanceTypeStore,
	)...).Start(ctx)
}
